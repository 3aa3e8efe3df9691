"""Recipes of TextAttack as attacks of ours: TextAttack in an environment of its own, the model in this one."""
