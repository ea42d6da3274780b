"""Why there is no plan, and what binds in one: answers in the words of the inputs."""
