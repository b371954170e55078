"""How it leaves: files to download and pages to print, each with the attribution it owes."""
