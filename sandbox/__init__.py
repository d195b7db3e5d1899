"""A Bitrix24 portal on this machine, in its own process. See sandbox/README.md."""
