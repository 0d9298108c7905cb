"""`python -m dashboard.delivery.sandbox`: how the application starts the sandbox."""

from dashboard.delivery.sandbox.main import run_as_child

if __name__ == "__main__":
    run_as_child()
