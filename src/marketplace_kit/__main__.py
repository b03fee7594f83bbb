"""``marketplace``, which is ``python -m marketplace_kit`` as well."""

from __future__ import annotations

from marketplace_kit.kernel.garbage import none_expected


def main() -> None:
    with none_expected():
        from marketplace_kit.cli import main as command  # in the block: this import is most of what a start makes

    command()


if __name__ == "__main__":
    main()
