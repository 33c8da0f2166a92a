"""What each row, field and error says: pure functions from models to safe text, for the screen and for plain output."""
