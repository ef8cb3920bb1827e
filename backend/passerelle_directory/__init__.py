"""The directory server: imports statements of sources and publishes signed files that everyone downloads.

rows.csv -importers-> Statement -publishing/rows-> Row and Evidence -publishing/snapshot-> signed files -web-> clients
"""
