"""Reading the premium, within the actor's scope."""
