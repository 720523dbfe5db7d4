"""What travels, as marshmallow schemas: dicts end here."""
