"""Every field of every game's settings, with what it promises once it is switched on."""
