/* `fensong`: what editors and administrators type. Section 2 of the contract. */
#pragma once

/* Does what the arguments say; returns the exit status. */
int cli_main(int argc, char **argv);
