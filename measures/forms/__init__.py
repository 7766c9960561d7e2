"""Forms: what somebody types, read and told back."""
