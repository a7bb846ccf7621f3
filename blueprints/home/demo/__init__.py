"""An invented district to try the product with: organizations, people, and a year of cases.

Small demos go through the services, step by step in the order of time, so that every state is a lawful one.
Large ones (for measuring) start from such cases and repeat their courses in batched inserts.
"""
