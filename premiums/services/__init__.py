"""Writing the premium: one public function an act."""
