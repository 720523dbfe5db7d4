"""The office's real forms, villages and rules: data, and the script that builds the workbooks."""
