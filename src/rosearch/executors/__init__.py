"""Who carries out the jobs of a study: one protocol, whether in this process or on a cluster."""
