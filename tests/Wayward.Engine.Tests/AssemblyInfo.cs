// Present so that the project compiles before it has tests.
