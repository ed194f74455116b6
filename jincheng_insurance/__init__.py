"""The project package: settings, the pure scheme, and what every app stands on."""
