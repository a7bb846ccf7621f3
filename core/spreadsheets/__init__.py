"""Spreadsheets that people send: what a file is, its one table, clean cells, rows to mend."""
