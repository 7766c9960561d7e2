"""Signing in: who somebody is, and how surely. What they may do is said by memberships."""
