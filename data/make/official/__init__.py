"""Extracts made from the publishers' own files: one module for each publisher's product."""
