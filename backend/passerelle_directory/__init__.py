"""The directory server: imports what sources say, publishes signed files that everyone downloads, answers no question.

rows.csv -importers-> Statement -merge-> Row and Evidence -snapshot-> signed files -*_routes-> everyone
"""
