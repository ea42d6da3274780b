"""The investment memo: one set of content blocks, written as Word, PDF or HTML."""
