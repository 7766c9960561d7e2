"""What answers at each address, one module per part of the site."""
