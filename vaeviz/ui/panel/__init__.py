"""Panel: choosing, uploading, describing and filtering one."""
