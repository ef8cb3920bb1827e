"""`make run`: the whole of Passerelle at work on this machine, with invented people."""
