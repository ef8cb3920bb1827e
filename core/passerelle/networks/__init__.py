"""One file per network: `*_request` makes a Request without tokens, `read_*` makes a record of a Response."""
