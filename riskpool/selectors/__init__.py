"""Reading the risk pool, within the actor's scope."""
