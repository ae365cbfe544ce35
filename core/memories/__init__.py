"""What Parley knows of its person: kept, learned, found again, used."""
