"""Pages that read back: register, report, reads, prints, proof and protocols."""
