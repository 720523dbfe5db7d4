"""The command of ``verilap`` about what its officer has to do."""

import click

from client_sync.commanding import Context, as_json, pass_context, print_json


def add_to(group: click.Group) -> None:
    """Makes it a command of `group`."""
    group.add_command(tasks)


@click.command()
@as_json
@pass_context
def tasks(context: Context, is_json: bool) -> None:
    """Tugas: kasus yang harus dikunjungi / the cases that this officer is to visit."""
    from client_sync.tasks import print_tasks, tasks_json

    reader = context.reader()
    told = tasks_json(reader)
    names = {one.code: one.name for one in reader.store.forms.villages()}
    print_json(told) if is_json else print_tasks(told, names, context.language)
