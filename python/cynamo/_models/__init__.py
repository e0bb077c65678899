"""What models are made of, by part; cynamo.models is where they belong."""
