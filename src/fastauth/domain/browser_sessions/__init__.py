"""Sessions of browsers, which are known to the pages by a cookie."""
