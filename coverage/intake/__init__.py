"""Read users' files and give checked tables with a list of problems: the only stage that opens files."""
