"""What the pages share: words, formats, charts, tables, the message bubble, errors, the page's frame."""
