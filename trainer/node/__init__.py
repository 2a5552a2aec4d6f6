"""The exam node: a private directory with the node's files, the learner's own shell in it, and commands that behave as there.

Nothing is imported here, so that a command in the shell starts quickly. Opening a node is ``trainer.node.opening``, the shell
``trainer.node.shell``; what a command does is in the module of its name, and ``trainer.node.launch`` finds it.
"""
