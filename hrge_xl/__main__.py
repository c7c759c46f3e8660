"""`python -m hrge_xl` is `hrge-xl`."""

from .cli import main

if __name__ == "__main__":
    main()
