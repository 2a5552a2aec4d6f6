"""The TUI in a browser: the server, who may come in, and one program for each open tab. Needs the extra ``serve``."""
