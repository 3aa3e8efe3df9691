"""The evolutionary search: strategies that propose, selection and survival, the front, and the study."""
