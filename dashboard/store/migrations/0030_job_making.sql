-- Jobs whose messages are being written beside the writer. What one that was killed has left behind is swept at the next start.
CREATE TABLE job_making (
    job_id BIGINT NOT NULL,
    began_at TIMESTAMP NOT NULL
);
