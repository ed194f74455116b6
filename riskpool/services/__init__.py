"""Writing the risk pool: one public function an act."""
