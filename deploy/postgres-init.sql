-- Prefect's own database, beside callqa's. It can be dropped and made again at any time: truth is in callqa's.
CREATE DATABASE prefect OWNER callqa;
\connect prefect
CREATE EXTENSION IF NOT EXISTS pg_trgm;
