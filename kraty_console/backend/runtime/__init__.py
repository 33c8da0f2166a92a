"""The backend as processes: start-up, serving, supervision, scheduled jobs."""
