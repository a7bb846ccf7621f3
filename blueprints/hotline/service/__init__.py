"""Services of hotline."""
