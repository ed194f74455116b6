"""Forms of a claim: taking it in, assessing it, deciding it, paying it, finding it again."""
