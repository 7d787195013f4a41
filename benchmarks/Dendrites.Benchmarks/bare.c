/* mj_step and nothing else: what simulating a task costs at least. */

typedef void (*step_function)(const void *model, void *data);

/* For each of `count` rows of `asked`, three numbers to mocap and two to ctrl, then `skip` steps. */
void bare(step_function step, const void *model, void *data, double *mocap, double *ctrl,
          const double *asked, int count, int skip)
{
    for (int i = 0; i < count; i++, asked += 5) {
        for (int j = 0; j < 3; j++) mocap[j] = asked[j];
        for (int j = 0; j < 2; j++) ctrl[j] = asked[3 + j];
        for (int j = 0; j < skip; j++) step(model, data);
    }
}
