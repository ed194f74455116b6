"""What writes to the roster and the insured, by noun: terms, roster imports, enrolment."""
