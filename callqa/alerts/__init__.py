"""Ways to tell people without being asked: a webhook and e-mail. Built by `callqa.bootstrap` alone."""
