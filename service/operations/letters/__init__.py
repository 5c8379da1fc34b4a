"""Letters: their rules, texts, numbers, pictures and signatures."""
