"""Spreadsheets of hotlines: reading and cleaning what people send, naming its columns, writing files."""
