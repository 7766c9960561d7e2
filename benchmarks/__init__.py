"""How fast the site is: a made-up register of any size, and a measurement of its pages."""
