"""What the worker can be asked: a module each, with one function ``run(arguments, progress)``.

The module's name is the task's. ``run`` takes and gives what JSON can hold, calls ``progress``
with how much is done and of how much, and raises a `ZerosumError` for what a user can mend, with
an attribute ``field`` where one field is to blame. The server never imports a task.
"""
